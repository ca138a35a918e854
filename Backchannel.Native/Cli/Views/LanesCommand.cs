using System.CommandLine;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Views;

/// <summary>Shows how each channel stands.</summary>
internal sealed class LanesCommand(CliOptions options, Surroundings surroundings)
    : ViewCommand("lanes", "Show the channels that this key may see: how many tasks are in which state, and what is stuck", options, surroundings)
{
    protected override async Task ShowAsync(ParseResult parsed, View view, CancellationToken cancellationToken)
    {
        var list = await view.Bus.LanesAsync(cancellationToken);
        if (view.IsJson)
        {
            view.WriteJson(list, WireJsonContext.Default.LaneList);
        }
        else if (list.Lanes.Count == 0)
        {
            view.Output.WriteLine("There is no channel that this key may see. The first post to a channel makes it.");
        }
        else
        {
            WriteLines(view.Output, LaneWords.Table([.. LaneWords.ByNeed(list.Lanes)], view.Time, view.Columns).Lines());
        }
    }
}
