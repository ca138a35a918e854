using System.Text;

namespace Backchannel.Native.Cli.Watch;

/// <summary>Turns what a terminal sends into keys. Sequences and characters may come in pieces.</summary>
/// <remarks>What is pasted comes between two marks, which the terminal was asked for: pasted letters must not act like keys.</remarks>
internal sealed class KeyDecoder
{
    private const char Escape = '\e';
    private const string PasteEnd = "\e[201~";

    /// <summary>A paste that never ends must not fill the memory.</summary>
    private const int MostPasted = 64 * 1024;

    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder pasted = new();
    private string rest = "";
    private bool isPasting;

    public IReadOnlyList<KeyPress> Decode(ReadOnlySpan<byte> bytes)
    {
        var characters = new char[bytes.Length + 1];
        rest += new string(characters, 0, decoder.GetChars(bytes, characters, flush: false));
        List<KeyPress> keys = [];
        while (rest.Length > 0 && (isPasting ? TakePasted(keys) : TakeKey(keys)))
        {
        }

        return keys;
    }

    private bool TakePasted(List<KeyPress> keys)
    {
        var end = rest.IndexOf(PasteEnd, StringComparison.Ordinal);

        // The beginning of the mark may stand at the end of what has come so far.
        var length = end >= 0 ? end : Math.Max(0, rest.Length - PasteEnd.Length);
        pasted.Append(rest, 0, Math.Min(length, MostPasted - pasted.Length));
        rest = rest[(end >= 0 ? end + PasteEnd.Length : length)..];
        if (end < 0)
        {
            return false;
        }

        keys.Add(new(WatchKey.Paste, pasted.ToString()));
        pasted.Clear();
        isPasting = false;
        return true;
    }

    private bool TakeKey(List<KeyPress> keys)
    {
        if (rest[0] == Escape)
        {
            return TakeSequence(keys);
        }

        var length = char.IsHighSurrogate(rest[0]) ? 2 : 1;
        if (rest.Length < length)
        {
            return false;
        }

        var text = rest[..length];
        rest = rest[length..];
        keys.Add(text[0] switch
        {
            '\r' or '\n' => new(WatchKey.Enter),
            '\b' or '\x7F' => new(WatchKey.Backspace),
            '\t' => new(WatchKey.Tab),
            '\x03' => new(WatchKey.Interrupt),
            '\x15' => new(WatchKey.ClearLine),
            var other when char.IsControl(other) => new(WatchKey.Other),
            _ => new(WatchKey.Text, text),
        });
        return true;
    }

    /// <summary>A terminal sends a sequence in one piece, so an escape at the end of it is the key.</summary>
    private bool TakeSequence(List<KeyPress> keys)
    {
        if (rest.Length == 1 || rest[1] is not ('[' or 'O'))
        {
            keys.Add(new(WatchKey.Escape));
            rest = rest[1..];
            return true;
        }

        var end = 2;
        while (end < rest.Length && rest[end] is < '@' or > '~')
        {
            end++;
        }

        if (end == rest.Length)
        {
            return false;
        }

        var (parameters, final) = (rest[2..end], rest[end]);
        rest = rest[(end + 1)..];
        isPasting = (parameters, final) is ("200", '~');
        if (!isPasting)
        {
            keys.Add(new(Named(parameters, final)));
        }

        return true;
    }

    private static WatchKey Named(string parameters, char final) => (parameters, final) switch
    {
        (_, 'A') => WatchKey.Up,
        (_, 'B') => WatchKey.Down,
        (_, 'C') => WatchKey.Right,
        (_, 'D') => WatchKey.Left,
        (_, 'H') or ("1" or "7", '~') => WatchKey.Home,
        (_, 'F') or ("4" or "8", '~') => WatchKey.End,
        ("5", '~') => WatchKey.PageUp,
        ("6", '~') => WatchKey.PageDown,
        _ => WatchKey.Other,
    };
}
