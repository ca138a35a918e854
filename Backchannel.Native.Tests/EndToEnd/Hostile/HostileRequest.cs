using System.Text;

namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>A request in parts, so that a mutation can hit one of them and leave the rest valid.</summary>
internal sealed class HostileRequest(string method, string target, string? key, string? body)
{
    public const string AdminToken = "hostile-admin";

    public string Method { get; set; } = method;

    public string Target { get; set; } = target;

    public string Version { get; set; } = "HTTP/1.1";

    public string LineEnd { get; set; } = "\r\n";

    /// <summary>Everything but <c>Content-Length</c>.</summary>
    public List<string> Headers { get; } = key switch
    {
        null => ["Host: 127.0.0.1"],
        AdminToken => ["Host: 127.0.0.1", $"X-Admin-Token: {key}"],
        _ => ["Host: 127.0.0.1", $"X-API-Key: {key}"],
    };

    public byte[] Body { get; set; } = body is null ? [] : Encoding.UTF8.GetBytes(body);

    /// <summary>Stands in place of the true <c>Content-Length</c>; null for none.</summary>
    public string? Framing { get; set; } = "";

    public byte[] ToBytes()
    {
        var head = new StringBuilder();
        head.Append(Method).Append(' ').Append(Target).Append(' ').Append(Version).Append(LineEnd);
        foreach (var header in Headers)
        {
            head.Append(header).Append(LineEnd);
        }

        if (Framing is { Length: > 0 })
        {
            head.Append(Framing).Append(LineEnd);
        }
        else if (Framing is not null && (Body.Length > 0 || Method is "POST" or "PUT" or "PATCH"))
        {
            head.Append("Content-Length: ").Append(Body.Length).Append(LineEnd);
        }

        head.Append(LineEnd);
        // Latin-1, so that a character of a mutation is one byte of the request.
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. Body];
    }
}
