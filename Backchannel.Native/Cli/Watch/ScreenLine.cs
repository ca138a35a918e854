namespace Backchannel.Native.Cli.Watch;

/// <summary>A line of the screen.</summary>
/// <param name="Text">Safe to show.</param>
internal readonly record struct ScreenLine(string Text, LineLook Look = LineLook.Plain);

internal enum LineLook
{
    Plain,
    Heading,

    /// <summary>Stays as it is until a person does something.</summary>
    Stuck,

    /// <summary>Is over.</summary>
    Faint,
}
