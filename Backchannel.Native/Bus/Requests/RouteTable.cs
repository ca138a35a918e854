using System.Diagnostics.CodeAnalysis;

namespace Backchannel.Native.Bus.Requests;

/// <summary>Finds the endpoint of a method and a path. A trailing slash makes another path.</summary>
internal sealed class RouteTable
{
    private readonly Node root = new();

    /// <param name="template">A path whose variable segments are written in braces, such as <c>/v1/channels/{channel}</c>.</param>
    public void Add(string method, string template, ApiEndpoint endpoint)
    {
        var node = root;
        foreach (var segment in template[1..].Split('/'))
        {
            node = segment.StartsWith('{') ? node.Variable ??= new Node() : node.Literal(segment);
        }

        node.Endpoints.Add(method, endpoint with { Template = template });
    }

    /// <summary>Splits a raw path, then decodes its segments: a name may contain an encoded slash.</summary>
    /// <param name="values">The variable segments in their order.</param>
    public bool TryFind(string method, string path, [NotNullWhen(true)] out ApiEndpoint? endpoint, out RouteValues values)
    {
        values = default;
        endpoint = null;
        return Find(path, ref values) is { } node && node.Endpoints.TryGetValue(method, out endpoint);
    }

    /// <summary>Whether any method is served at a path.</summary>
    public bool IsKnown(string path)
    {
        RouteValues values = default;
        return Find(path, ref values) is { Endpoints.Count: > 0 };
    }

    private Node? Find(ReadOnlySpan<char> path, ref RouteValues values)
    {
        if (path.IsEmpty || path[0] != '/')
        {
            return null;
        }

        var node = root;
        foreach (var range in path[1..].Split('/'))
        {
            var segment = path[1..][range];
            if (node.Literals.TryGetValue(segment, out var literal))
            {
                node = literal;
            }
            else if (node.Variable is { } variable && !segment.IsEmpty)
            {
                values = values.Add(segment.Contains('%') ? Uri.UnescapeDataString(segment) : segment.ToString());
                node = variable;
            }
            else
            {
                return null;
            }
        }

        return node;
    }

    private sealed class Node
    {
        private readonly Dictionary<string, Node> literals = [];

        public Dictionary<string, Node>.AlternateLookup<ReadOnlySpan<char>> Literals => literals.GetAlternateLookup<ReadOnlySpan<char>>();

        public Node? Variable { get; set; }

        public Dictionary<string, ApiEndpoint> Endpoints { get; } = [];

        public Node Literal(string segment)
        {
            if (!literals.TryGetValue(segment, out var node))
            {
                literals.Add(segment, node = new Node());
            }

            return node;
        }
    }
}
