using System.Text.Json;
using Backchannel.Native.Text;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Wake;

/// <summary>Learns from the session's own calls what it waits for, and what it has heard.</summary>
/// <param name="lanes">The lanes that are followed, by name.</param>
/// <param name="awaitedOfAll">The ids that living sessions of this user wait for.</param>
internal sealed class CallReading(SessionInterest interest, IReadOnlyList<string> lanes, Func<IReadOnlyCollection<string>> awaitedOfAll)
{
    private const string MessageId = "message_id";

    /// <returns>Takes the result of the call, which is empty where it failed.</returns>
    public Action<ReadOnlyMemory<byte>> Begin(string tool, JsonElement arguments)
    {
        var id = IdOf(arguments.TextOf(MessageId));
        IReadOnlyList<string> subjects = tool switch
        {
            // Until the answer says which message it is, one of our own could pass for another's.
            "post_task" or "broadcast" => lanes,
            "await_result" => id is null ? [.. Texts(arguments, "message_ids").Select(IdOf).OfType<string>()] : [id],
            "release_task" or "fail_task" when id is not null => [id],
            "claim_task" or "subscribe" => [.. Texts(arguments, "channels").Append(arguments.TextOf("channel")).OfType<string>().Select(interest.NameOf)],
            _ => [],
        };
        interest.Begin(subjects);
        if (tool == "await_result")
        {
            interest.Await(subjects);
        }

        return result =>
        {
            if (!result.IsEmpty)
            {
                using var answer = JsonDocument.Parse(result);
                Read(tool, id, subjects, answer.RootElement);
            }

            interest.End(subjects);
        };
    }

    private void Read(string tool, string? id, IReadOnlyList<string> subjects, JsonElement result)
    {
        switch (tool)
        {
            case "post_task" or "broadcast" when result.TextOf(MessageId) is { } posted:
                interest.Own(posted);
                if (tool == "post_task" && result.TextOf("status") != TaskStates.Failed)
                {
                    interest.Await([posted]);
                }

                break;
            case "await_result":
                ReadAwaited(result, id);
                break;
            case "claim_task" when result.TextOf(MessageId) is { } claimed:
                // Still watched: the session may give it back.
                if (result.TextOf("channel") is { } channel && interest.NameOf(channel) is var lane && lanes.Contains(lane))
                {
                    interest.Offer(claimed, lane);
                }

                interest.Read(one => one.Kind == WakeKind.Task && one.Id == claimed);
                break;
            case "release_task" or "fail_task" when id is not null:
                interest.Release(id);
                break;
            case "subscribe":
                interest.Read(one => one.Kind == WakeKind.Message && one.Lane is { } lane && subjects.Contains(lane));
                break;
            case "cancel_task" when id is not null:
                interest.Drop(id);
                break;
            case "my_tasks" when result.TryGetProperty("posted", out var list):
                ReadPosted([.. list.EnumerateArray()]);
                break;
        }
    }

    /// <summary>Tasks that <c>my_tasks</c> showed as this session's: a server that was started again has not seen them posted.</summary>
    /// <remarks>The list is of all sessions with this key. What another living one waits for is left to that.</remarks>
    private void ReadPosted(IReadOnlyList<JsonElement> posted)
    {
        foreach (var task in posted)
        {
            DropIfOver(task, task.TextOf(MessageId));
            HearQuestion(task);
        }

        if (posted.Where(static task => !IsOver(task)).Select(static task => task.TextOf(MessageId)).OfType<string>().ToList() is { Count: > 0 } left)
        {
            interest.Await(left.Except(awaitedOfAll()));
        }
    }

    private void ReadAwaited(JsonElement result, string? id)
    {
        DropIfOver(result, id);
        HearQuestion(result);
        if (result.TryGetProperty("results", out var list))
        {
            foreach (var one in list.EnumerateArray())
            {
                DropIfOver(one, one.TextOf(MessageId));
            }
        }
    }

    private void HearQuestion(JsonElement shown)
    {
        if (shown.TryGetProperty("question", out var question) && question.TextOf("id") is { } asked)
        {
            interest.Hear(WakeEvent.Question("", asked).Key);
        }
    }

    private void DropIfOver(JsonElement shown, string? id)
    {
        if (id is not null && IsOver(shown))
        {
            interest.Drop(id);
        }
    }

    private static bool IsOver(JsonElement shown) =>
        shown.TextOf("status") is TaskStates.Acknowledged or TaskStates.Failed or TaskStates.Cancelled or TaskStates.Expired or AwaitResultResult.Unknown;

    /// <summary>An id as the bus reads it.</summary>
    /// <returns>Null: it is none. The bus would refuse the whole request that asks for it.</returns>
    private static string? IdOf(string? text) => text?.Trim() is { Length: > 0 } id ? id : null;

    private static List<string> Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(static item => item.ValueKind is JsonValueKind.String).Select(static item => item.GetString()!)]
            : [];
}
