using System.Text.Json;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Waiting;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Waiting for many tasks at once. It changes nothing, although it is a POST: its ids need a body.</summary>
internal sealed class TaskWaitEndpoints(TaskWatch watch)
{
    public void AddTo(RouteTable routes) =>
        routes.Add("POST", Routes.TaskWait, new AsyncEndpoint(WaitAsync, NeedsKey: true) { Scope = Scopes.MessagesRead });

    private async Task<Reply> WaitAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var results = request.Fields.OptionalBoolean("results", ErrorCodes.InvalidField) is true;
        var changes = await watch.ReadAsync(request.Key, ReadTasks(request.Fields), results, request.Fields.Wait("wait"), cancellationToken);
        return new Reply(200, JsonBody.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("tasks");
            foreach (var change in changes)
            {
                writer.WriteRawValue(change.Span, skipInputValidation: true);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }));
    }

    /// <summary>The tasks of a request; one that is named twice counts once.</summary>
    private static List<SeenTask> ReadTasks(JsonFields fields)
    {
        if (!fields.TryGet("tasks", out var list))
        {
            throw new ApiException(422, ErrorCodes.MissingField, "'tasks' is required.");
        }

        return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() is >= 1 and <= TaskLimits.MaxWatchedTasks
            ? [.. list.EnumerateArray().Select(ReadTask).DistinctBy(task => task.Id)]
            : throw Invalid($"'tasks' has to be a list of 1 to {TaskLimits.MaxWatchedTasks} objects with 'id' and 'version'.");
    }

    private static SeenTask ReadTask(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("id", out var id))
        {
            throw Invalid("Each of 'tasks' has to be an object with 'id' and 'version'.");
        }

        return new(
            JsonFields.NonBlank("id", id),
            !item.TryGetProperty("version", out var version) || version.ValueKind == JsonValueKind.Null ? null
            : version.ValueKind == JsonValueKind.Number && version.TryGetInt64(out var number) && number >= 0 ? number
            : throw Invalid("'version' has to be the version of an earlier answer, a whole number."));
    }

    private static ApiException Invalid(string message) => new(422, ErrorCodes.InvalidField, message);
}
