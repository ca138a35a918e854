namespace Backchannel.Native.Cli.Watch;

/// <summary>A key of the terminal, or something that was pasted.</summary>
/// <param name="Text">Of <see cref="WatchKey.Text"/>, the character; of <see cref="WatchKey.Paste"/>, all of it.</param>
internal readonly record struct KeyPress(WatchKey Key, string Text = "");

internal enum WatchKey
{
    /// <summary>A character that can be seen.</summary>
    Text,
    Paste,
    Enter,
    Escape,
    Backspace,

    /// <summary>Ctrl+U.</summary>
    ClearLine,

    /// <summary>Ctrl+C.</summary>
    Interrupt,
    Tab,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,

    /// <summary>One that means nothing here.</summary>
    Other,
}
