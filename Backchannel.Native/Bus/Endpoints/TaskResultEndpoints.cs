using System.Text.Json;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Results of tasks, on the open broadcast channel whose alias carries the task's id.</summary>
internal sealed class TaskResultEndpoints(BusOptions options, TimeProvider timeProvider)
{
    private const string Path = RouteTemplates.TaskResult;

    public void AddTo(RouteTable routes)
    {
        routes.Add("POST", Path, new WriteEndpoint(Publish));
        routes.Add("GET", Path, new ReadEndpoint(Show));
    }

    private Func<WriteContext, Reply> Publish(ApiRequest request)
    {
        var taskId = request.Route.First;
        var name = ResultChannel.NameFor(taskId);
        var posting = MessagePosting.Read(request.Fields, options.MaxMessageBytes, withActor: false);
        posting = posting with { Metadata = WithTaskId(request.Fields, taskId) };
        return context =>
        {
            var channel = context.Storage.RequireChannel(request.Key, name);
            var message = posting.Post(context, request.Key, channel).ToWire(context.Storage, channel.Id, context.Now);
            return JsonBody.Reply(201, new PublishedResult(name, message), WireJsonContext.Default.PublishedResult);
        };
    }

    private Reply Show(ApiRequest request, StorageSession storage)
    {
        var taskId = request.Route.First;
        var now = Instant.Now(timeProvider);
        if (storage.Channels.Find(ResultChannel.NameFor(taskId), request.Key.OwnerId) is not { } channel)
        {
            throw NotReady();
        }

        storage.RequireAccess(request.Key, channel);
        return (OfWorker(storage, taskId, channel, now) ?? Oldest(storage, channel, now)) is { } result
            ? JsonBody.Reply(200, new TaskResult(taskId, result.ToWire(storage, channel.Id, now)), WireJsonContext.Default.TaskResult)
            : throw NotReady();
    }

    /// <summary>The post of the actor that acknowledged first. Other actors may have posted to that channel before.</summary>
    private static MessageRecord? OfWorker(StorageSession storage, string taskId, ChannelRecord channel, long now) =>
        storage.Messages.Find(taskId) is { Acked: true } task
            ? storage.Messages.FindFirstOf(channel.Number, storage.Acks.List(task.CreatedAt)[0].Id, now)
            : null;

    private static MessageRecord? Oldest(StorageSession storage, ChannelRecord channel, long now) =>
        storage.Messages.List(channel, new MessageFilter(null, null, null, 1), now) is [var oldest] ? oldest : null;

    private static ApiException NotReady() => new(404, ErrorCodes.ResultNotReady, "There is no result for this task so far.");

    private static string WithTaskId(JsonFields fields, string taskId) => System.Text.Encoding.UTF8.GetString(JsonBody.Write(writer =>
    {
        writer.WriteStartObject();
        if (fields.TryGet("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in metadata.EnumerateObject())
            {
                if (!member.NameEquals("task_id"))
                {
                    member.WriteTo(writer);
                }
            }
        }

        writer.WriteString("task_id", taskId);
        writer.WriteEndObject();
    }).Span);
}
