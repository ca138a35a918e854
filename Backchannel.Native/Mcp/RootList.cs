using System.Text.Json;

namespace Backchannel.Native.Mcp;

/// <summary>The folders that a client declared as its roots.</summary>
/// <param name="fault">See <see cref="Fault"/>.</param>
internal sealed class RootList(IReadOnlyList<string> folders, string? fault = null)
{
    /// <summary>More are not looked at: each is looked up on the disk for each file.</summary>
    private const int MostFolders = 64;

    public static RootList None { get; } = new([]);

    /// <summary>Full paths, not looked up yet.</summary>
    public IReadOnlyList<string> Folders => folders;

    /// <summary>Why the client's roots are not known, to follow "The client"; null: they are.</summary>
    public string? Fault => fault;

    /// <summary>Reads the answer to <c>roots/list</c>. Roots that are no folders of this machine are left out.</summary>
    /// <param name="result">A JSON object; empty when there is none.</param>
    public static RootList Read(ReadOnlySpan<byte> result)
    {
        var roots = JsonMember.Find(result, "roots");
        if (roots.Type is not JsonTokenType.StartArray)
        {
            return new([], "gave no list of its roots");
        }

        var found = new List<string>();
        var reader = JsonMember.Enter(roots.Value);
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray && found.Count < MostFolders)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (JsonMember.Find(roots.Value[start..(int)reader.BytesConsumed], "uri").Text is { } uri && RootUri.ToFolder(uri) is { } folder)
            {
                found.Add(folder);
            }
        }

        return new(found);
    }
}
