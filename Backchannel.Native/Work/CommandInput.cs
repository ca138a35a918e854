using System.Globalization;
using System.Text;
using Backchannel.Native.Text;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Work;

/// <summary>What a command gets of its task: its standard input and its environment.</summary>
/// <param name="from">Who posted the task, cleaned.</param>
/// <param name="received">Paths of the task's files, all in one folder.</param>
internal sealed class CommandInput(WorkOrder order, HeldLease lease, string from, RunFolder folder, IReadOnlyList<string> received)
{
    private const string PrerequisitesName = "prerequisites.json";

    /// <summary>The tasks on which this one depends, with their results, as JSON; null: there are none.</summary>
    private readonly ReadOnlyMemory<byte>? prerequisites = ShownPrerequisite.Of(lease.Prerequisites, ClaimTaskResult.MaxPrerequisiteBytes) is { } shown
        ? ReadableJson.Write(shown, ResultsJsonContext.Default.IReadOnlyListShownPrerequisite)
        : default(ReadOnlyMemory<byte>?);

    /// <summary>The standard input: the task, for an agent host within its prompt.</summary>
    public string Write() => order.Host is null ? lease.Message.Content : new AgentPrompt(lease.MessageId, from, lease.Message.Content)
    {
        Files = received,
        Results = folder.Results,
        Prerequisites = prerequisites is { } json ? Encoding.UTF8.GetString(json.Span) : null,
    }.Write(order.Host.Expands);

    /// <summary>What the environment gets beyond that of the runner. Writes the prerequisites into the folder of the run.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public Dictionary<string, string?> MakeEnvironment(int attempt) => new(CommandEnvironment.OfCommand(order.UsesWorktree))
    {
        ["BACKCHANNEL_MESSAGE_ID"] = lease.MessageId,
        ["BACKCHANNEL_CHANNEL"] = lease.ChannelId,
        ["BACKCHANNEL_FROM"] = from,
        ["BACKCHANNEL_ATTEMPT"] = attempt.ToString(CultureInfo.InvariantCulture),
        ["BACKCHANNEL_FILES"] = received is [var file, ..] ? Path.GetDirectoryName(file) : null,
        ["BACKCHANNEL_PREREQUISITES"] = prerequisites is { } content ? folder.Write(PrerequisitesName, content) : null,
        ["BACKCHANNEL_RESULT_FILES"] = folder.Results,
    };
}
