namespace Backchannel.Native.Cli.Config;

/// <summary>Where keys, values and tables stand in a TOML text.</summary>
internal sealed class TomlDocument
{
    private readonly TomlReader _reader;
    private TomlTable _table = new([], isArrayElement: false);

    private TomlDocument(string text)
    {
        _reader = new TomlReader(text);
        Tables.Add(_table);
    }

    public List<TomlTable> Tables { get; } = [];

    public List<TomlEntry> Entries { get; } = [];

    /// <exception cref="FormatException">It is not TOML; the message names line and column.</exception>
    public static TomlDocument Parse(string text)
    {
        var document = new TomlDocument(text);
        document.Read();
        return document;
    }

    private void Read()
    {
        for (_reader.SkipBlank(); !_reader.AtEnd; _reader.SkipBlank())
        {
            if (_reader.Take('['))
            {
                ReadHeader();
            }
            else
            {
                ReadEntry(_table.Path);
            }

            _table.End = _reader.Position;
            _reader.EndLine();
        }
    }

    private void ReadHeader()
    {
        var isArray = _reader.Take('[');
        var path = _reader.Key();
        _reader.Need(']');
        if (isArray)
        {
            _reader.Need(']');
        }
        else if (Tables.Any(table => !table.IsArrayElement && table.Path.SequenceEqual(path)) && !Tables.Any(table => table.IsArrayElement))
        {
            throw _reader.Wrong($"the table [{string.Join(".", path)}] is opened twice");
        }

        _table = new(path, isArray);
        Tables.Add(_table);
    }

    private void ReadEntry(IReadOnlyList<string> parent)
    {
        IReadOnlyList<string> path = [.. parent, .. _reader.Key()];
        _reader.Need('=');
        _reader.SkipSpaces();
        if (Entries.Any(entry => entry.Table == _table && entry.Is(path)))
        {
            throw _reader.Wrong($"'{path[^1]}' is set twice");
        }

        var start = _reader.Position;
        var isInlineTable = _reader.Current == '{';
        ReadValue(path);
        Entries.Add(new(path, start, _reader.Position, _table, isInlineTable));
    }

    private void ReadValue(IReadOnlyList<string> path)
    {
        switch (_reader.Current)
        {
            case '"' or '\'':
                _reader.SkipString();
                break;
            case '[':
                _reader.Take('[');
                // What an array holds has no name by which anybody could ask for it.
                ReadList(']', () => ReadValue([.. path, $"[{_reader.Position}]"]));
                break;
            case '{':
                _reader.Take('{');
                ReadList('}', () => ReadEntry(path));
                break;
            default:
                _reader.SkipWord();
                break;
        }
    }

    private void ReadList(char close, Action readElement)
    {
        _reader.SkipBlank();
        while (!_reader.Take(close))
        {
            readElement();
            _reader.SkipBlank();
            if (!_reader.Take(','))
            {
                _reader.Need(close);
                return;
            }

            _reader.SkipBlank();
        }
    }
}
