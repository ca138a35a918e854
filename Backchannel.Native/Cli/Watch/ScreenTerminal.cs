using System.Text;

namespace Backchannel.Native.Cli.Watch;

/// <summary>The terminal as a screen: the other buffer, keys one by one, the cursor hidden. Disposing it puts everything back as it was.</summary>
internal sealed unsafe class ScreenTerminal : IDisposable
{
    /// <summary>More than a <c>termios</c> has on any system.</summary>
    private const int SettingsBytes = 256;

    /// <summary>The other buffer; no line is wrapped; the cursor hidden; what is pasted comes between marks.</summary>
    private const string Enter = "\e[?1049h\e[?7l\e[?25l\e[?2004h";
    private const string Leave = "\e[0m\e[?2004l\e[?25h\e[?7h\e[?1049l";

    private readonly Stream output;
    private readonly byte[] before = new byte[SettingsBytes];
    private readonly bool hasSettings;
    private string shown = "";

    public ScreenTerminal(Stream output)
    {
        this.output = output;
        fixed (byte* settings = before)
        {
            hasSettings = NativeMethods.GetTerminalSettings(StandardStream.Input, settings) == 0;
        }

        Begin();
    }

    /// <summary>Makes it a screen; also again, after the process was stopped and another one had the terminal.</summary>
    public void Begin()
    {
        if (hasSettings)
        {
            var copy = before.ToArray();
            fixed (byte* settings = copy)
            {
                NativeMethods.MakeRaw(settings);
                _ = NativeMethods.SetTerminalSettings(StandardStream.Input, NativeMethods.AfterOutput, settings);
            }
        }

        Write(Enter);
        shown = "";
    }

    /// <summary>Shows a whole screen, unless it is what is shown already.</summary>
    public void Show(string screen)
    {
        if (screen != shown)
        {
            Write(screen);
            shown = screen;
        }
    }

    public void Dispose()
    {
        try
        {
            Write(Leave);
        }
        catch (StandardStreamException)
        {
            // The terminal is gone.
        }

        if (hasSettings)
        {
            fixed (byte* settings = before)
            {
                _ = NativeMethods.SetTerminalSettings(StandardStream.Input, NativeMethods.AfterOutput, settings);
            }
        }
    }

    private void Write(string text)
    {
        output.Write(Encoding.UTF8.GetBytes(text));
        output.Flush();
    }
}
