using System.Text;
using System.Text.Json;

namespace Backchannel.Native.Cli.Config;

/// <summary>Where a JSON value stands in its text, in characters; members are known for objects only, elements for arrays only.</summary>
internal sealed record JsonSpan(int Start, int End, IReadOnlyList<JsonMemberSpan>? Members, IReadOnlyList<JsonSpan>? Elements = null)
{
    /// <summary>Where each member or element starts and ends, a member with its name.</summary>
    public IReadOnlyList<(int Start, int End)> Items =>
        Members is not null ? [.. Members.Select(static member => (member.NameStart, member.Value.End))]
        : Elements is not null ? [.. Elements.Select(static element => (element.Start, element.End))]
        : [];

    /// <summary>Where the last member or element starts and ends; null: there is none.</summary>
    public (int Start, int End)? Last => Items is [.., var last] ? last : null;

    /// <summary>Finds every object that is not inside an array, every such array, and what is in them.</summary>
    /// <param name="text">A JSON document.</param>
    /// <param name="dialect">What is part of the format beside JSON.</param>
    /// <exception cref="FormatException">It is not JSON; the message names line and column.</exception>
    public static JsonSpan Parse(string text, JsonDialect dialect)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions
        {
            CommentHandling = dialect == JsonDialect.Strict ? JsonCommentHandling.Disallow : JsonCommentHandling.Skip,
            AllowTrailingCommas = dialect == JsonDialect.CommentsAndTrailingCommas,
            MaxDepth = 256,
        });
        try
        {
            reader.Read();
            var root = Read(ref reader, new CharacterPositions(bytes));
            reader.Read();
            return root;
        }
        catch (JsonException exception)
        {
            throw new FormatException(
                $"line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1} is not {Describe(dialect)}",
                exception);
        }
        catch (InvalidOperationException exception)
        {
            // A name with half of a surrogate pair is valid JSON, but not text.
            throw new FormatException("a name in it is not text", exception);
        }
    }

    private static string Describe(JsonDialect dialect) => dialect switch
    {
        JsonDialect.Strict => "JSON (this client reads no comments and no comma behind the last member)",
        JsonDialect.Comments => "JSON (this client reads comments, but no comma behind the last member)",
        _ => "JSON (comments are allowed)",
    };

    /// <exception cref="FormatException">The name stands there twice: programs differ on which one counts.</exception>
    public JsonMemberSpan? Find(string name)
    {
        var found = Members?.Where(member => member.Name == name).ToList() ?? [];
        return found.Count > 1 ? throw new FormatException($"\"{name}\" stands twice in the same object") : found.FirstOrDefault();
    }

    /// <summary>The value that these names lead to; null: there is none.</summary>
    /// <inheritdoc cref="Find"/>
    public JsonSpan? At(IEnumerable<string> path) => path.Aggregate((JsonSpan?)this, static (found, name) => found?.Find(name)?.Value);

    /// <summary>The same in a text that begins so many characters earlier.</summary>
    public JsonSpan Moved(int by) => new(
        Start + by,
        End + by,
        Members?.Select(member => new JsonMemberSpan(member.Name, member.NameStart + by, member.Value.Moved(by))).ToList(),
        Elements?.Select(element => element.Moved(by)).ToList());

    private static JsonSpan Read(ref Utf8JsonReader reader, CharacterPositions positions)
    {
        var start = positions.At(reader.TokenStartIndex);
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            var elements = new List<JsonSpan>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                // Elements are never edited, so errors inside them are not reported.
                var elementStart = positions.At(reader.TokenStartIndex);
                reader.Skip();
                elements.Add(new(elementStart, positions.At(reader.BytesConsumed), null));
            }

            return new(start, positions.At(reader.BytesConsumed), null, elements);
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return new(start, positions.At(reader.BytesConsumed), null);
        }

        var members = new List<JsonMemberSpan>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameStart = positions.At(reader.TokenStartIndex);
            var name = reader.GetString()!;
            reader.Read();
            members.Add(new(name, nameStart, Read(ref reader, positions)));
        }

        return new(start, positions.At(reader.BytesConsumed), members);
    }

    /// <summary>Turns positions in UTF-8 bytes, asked for in rising order, into positions in characters.</summary>
    private sealed class CharacterPositions(byte[] bytes)
    {
        private int seenBytes;
        private int seenCharacters;

        public int At(long position)
        {
            seenCharacters += Encoding.UTF8.GetCharCount(bytes, seenBytes, (int)position - seenBytes);
            seenBytes = (int)position;
            return seenCharacters;
        }
    }
}

/// <summary>A member of an object: its name, where the name starts, and its value.</summary>
internal sealed record JsonMemberSpan(string Name, int NameStart, JsonSpan Value);
