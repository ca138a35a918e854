using System.Security.Cryptography;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Http;

namespace Backchannel.Native.Bus.Http;

/// <summary>The key under which the answer of a write is kept.</summary>
/// <param name="IsGiven">Whether the client sent it; otherwise the bus made it from the request.</param>
internal readonly record struct KeptAnswerKey(string Text, bool IsGiven)
{
    /// <summary>Ends of paths: doing these again is another act.</summary>
    private static readonly string[] NeverKeptAutomatically = Array.ConvertAll(
        [
            RouteTemplates.Ack, RouteTemplates.Claim, RouteTemplates.ClaimWithLease, RouteTemplates.Release, RouteTemplates.Heartbeat, RouteTemplates.TakeOver,
            RouteTemplates.ChannelTasks, RouteTemplates.Finish, RouteTemplates.Cancel, RouteTemplates.Reopen, RouteTemplates.TaskSettings, RouteTemplates.Notes,
            Routes.ClaimNext,
        ],
        static (string template) => template[template.LastIndexOf('/')..]);

    /// <returns>The key of a request; null when the client sent none and the bus makes none for this path.</returns>
    public static KeptAnswerKey? Of(ApiRequest request)
    {
        if (request.Header(HeaderNames.IdempotencyKey) is { } given)
        {
            return new(given, IsGiven: true);
        }

        return Array.Exists(NeverKeptAutomatically, request.Path.EndsWith) ? null : new(Automatic(request), IsGiven: false);
    }

    /// <summary>Tells the client the key, unless its characters are not allowed in a header.</summary>
    public void Announce(HttpContext http)
    {
        if (CommonHeaders.IsPrintable(Text))
        {
            http.Response.Headers[HeaderNames.IdempotencyKey] = Text;
            http.Response.Headers[HeaderNames.IdempotencySource] = IsGiven ? "client" : "server-auto";
        }
    }

    private static string Automatic(ApiRequest request)
    {
        const int DigestBytes = 16;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(request.Body.Span, hash);
        return $"auto-{request.Method}-{Convert.ToHexStringLower(hash[..DigestBytes])}-{request.Path}";
    }
}
