using System.Globalization;
using System.Net.Http;
using System.Text;
using Backchannel.Native.Client;
using Backchannel.Native.Page;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Backchannel.Native.Open;

/// <summary>Serves the page on the loopback, and passes its requests on to the bus with the user's key, which the browser never gets.</summary>
/// <remarks>
/// Everybody on the machine reaches the port, and so does each page in the user's browser. So the bus is asked only for a cookie and a header,
/// which one browser got, only under this address, and never for another page.
/// </remarks>
internal sealed class PageRelay(BusConnection connection, EntryToken entry) : IHttpApplication<HttpContext>
{
    /// <summary>Where the token is given.</summary>
    public const string EntryPath = "/enter";

    /// <summary>The code of the one refusal that the page tells in words of its own.</summary>
    private const string NotLetIn = "not_let_in";

    private const string PageHeader = "X-Backchannel-Page";

    /// <summary>Tells the page where the bus itself is, percent-encoded, for what others are to use.</summary>
    private const string BusHeader = "X-Backchannel-Bus";

    private const int MaxRequestBytes = 1024 * 1024;

    /// <summary>The bus's texts outside that folder to which the page links.</summary>
    private static readonly string[] Texts =
    [
        TextPaths.ForModels, TextPaths.AgentGuide, TextPaths.FirstPrompt, TextPaths.Humans, TextPaths.Description, TextPaths.Status,
    ];

    /// <summary>The bus answers sooner; this bounds what a page can ask for.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>Host and port of this server; set before the first request.</summary>
    public string Host { get; set; } = "";

    /// <summary>A browser sends a cookie to all ports of a host, so its name tells two servers apart.</summary>
    private string CookieName => $"backchannel-{Host[(Host.IndexOf(':') + 1)..]}";

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = PageFiles.SecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        try
        {
            await AnswerAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The browser has gone on.
        }
        catch (BackchannelException exception)
        {
            await RefuseAsync(http, 503, exception.Code, exception.Explanation);
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var request = http.Request;
        var path = request.Path.Value ?? "";
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var isText = HttpMethods.IsGet(request.Method) && (Texts.Contains(target) || target.StartsWith(TextPaths.Documents, StringComparison.Ordinal));
        if (request.Headers.Host != Host)
        {
            // A name that leads here is another page's: its owner could have the browser send what it likes.
            await RefuseAsync(http, 403, ErrorCodes.Forbidden, $"This page is at http://{Host} only.");
        }
        else if (path == EntryPath && HttpMethods.IsGet(request.Method))
        {
            await EnterAsync(http);
        }
        else if (HttpMethods.IsGet(request.Method) && PageFiles.All.TryGetValue(path, out var file))
        {
            await ShowAsync(http, file);
        }
        else if (new BusRequest(HttpMethod.Get, target).HasDotSegment || !(isText || target.StartsWith(Routes.Api, StringComparison.Ordinal)))
        {
            await RefuseAsync(http, 404, ErrorCodes.NotFound, "There is nothing at this path.");
        }
        else if (IsOfAnotherPage(request))
        {
            await RefuseAsync(http, 403, ErrorCodes.Forbidden, "Another page asked for this, so it was not done.");
        }
        else if (isText)
        {
            // The bus shows these to everybody, without a key.
            await PassOnAsync(http, target, withKey: false);
        }
        else if (!entry.IsIn(CookiesOf(request), request.Headers[PageHeader]))
        {
            await RefuseAsync(http, 401, NotLetIn, "This browser was not let in. Run 'backchannel-mcp open' again, and use the page that it opens.");
        }
        else
        {
            http.Response.Headers[BusHeader] = Uri.EscapeDataString(connection.CurlPlace);
            await PassOnAsync(http, target, withKey: true);
        }
    }

    /// <summary>All of the name: a page at another port of this machine can set one of the same name, and a browser sends both.</summary>
    private IEnumerable<string> CookiesOf(HttpRequest request) =>
        from line in request.Headers.Cookie
        from cookie in line.Split(';', StringSplitOptions.TrimEntries)
        where cookie.StartsWith($"{CookieName}=", StringComparison.Ordinal)
        select cookie[(CookieName.Length + 1)..];

    private async Task EnterAsync(HttpContext http)
    {
        if (!entry.TryUse(http.Request.Query["token"]))
        {
            http.Response.StatusCode = 403;
            await WriteAsync(http, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(
                $"This link lets one browser in, once, within {EntryToken.Lifetime.TotalSeconds:0} seconds. Run 'backchannel-mcp open' again.\n"));
            return;
        }

        http.Response.Headers.SetCookie = $"{CookieName}={entry.Cookie}; Path=/; HttpOnly; SameSite=Strict";
        http.Response.StatusCode = 302;
        // The part behind # is not sent to anybody; the page takes it out of the address.
        http.Response.Headers.Location = $"{PageFiles.Root}#open={entry.PageSecret}";
    }

    private static async Task ShowAsync(HttpContext http, PageFile file)
    {
        var (bytes, encoding) = file.Read(http.Request.Headers.AcceptEncoding);
        if (encoding is not null)
        {
            http.Response.Headers.ContentEncoding = encoding;
        }

        await WriteAsync(http, file.ContentType, bytes);
    }

    /// <summary>Browsers say where a request comes from.</summary>
    private bool IsOfAnotherPage(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [{ } site, ..] && site is not ("same-origin" or "none")
        || request.Headers.Origin is [{ } origin, ..] && origin != $"http://{Host}";

    private async Task PassOnAsync(HttpContext http, string target, bool withKey)
    {
        if (await ReadBodyAsync(http) is not { } body)
        {
            await RefuseAsync(http, 413, ErrorCodes.RequestTooLarge, $"A request may have {MaxRequestBytes} bytes.");
            return;
        }

        var isFile = Routes.IsFile(target);
        var request = new BusRequest(new HttpMethod(http.Request.Method), target)
        {
            Authenticated = withKey,
            AsksForText = !withKey,
            Body = body,
            IdempotencyKey = HttpMethods.IsGet(http.Request.Method) ? null : IdempotencyKey.New(),
            Wait = WaitOf(http.Request),
            Receive = isFile ? (stream, cancellationToken) => SendFileAsync(http, stream, cancellationToken) : null,
        };
        var answer = await connection.PassOnAsync(request, http.RequestAborted);
        if (http.Response.HasStarted)
        {
            return;
        }

        http.Response.StatusCode = answer.Status;
        Set(HeaderNames.RateLimitLimit, answer.RateLimit);
        Set(HeaderNames.RetryAfter, answer.RetryAfter is { } retry ? (long)Math.Ceiling(retry.TotalSeconds) : null);
        if (!answer.Bytes.IsEmpty)
        {
            await WriteAsync(http, answer.ContentType ?? "application/json", answer.Bytes);
        }

        void Set(string name, long? value)
        {
            if (value is { } number)
            {
                http.Response.Headers[name] = number.ToString(CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>A file of a task is content of an agent: the browser saves it and shows none of it.</summary>
    private static async Task SendFileAsync(HttpContext http, Stream stream, CancellationToken cancellationToken)
    {
        http.Response.ContentType = "application/octet-stream";
        http.Response.Headers.ContentDisposition = "attachment";
        await stream.CopyToAsync(http.Response.Body, cancellationToken);
    }

    private static TimeSpan WaitOf(HttpRequest request) =>
        double.TryParse(request.Query["wait"], CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 3600
            ? TimeSpan.FromSeconds(Math.Min(seconds, LongestWait.TotalSeconds))
            : TimeSpan.Zero;

    /// <returns>Null: it is too long.</returns>
    private static async Task<byte[]?> ReadBodyAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await http.Request.Body.ReadAsync(buffer, http.RequestAborted) is > 0 and var read && body.Length <= MaxRequestBytes)
        {
            body.Write(buffer, 0, read);
        }

        return body.Length <= MaxRequestBytes ? body.ToArray() : null;
    }

    private static Task RefuseAsync(HttpContext http, int status, string code, string message)
    {
        http.Response.StatusCode = status;
        return WriteAsync(http, "application/json", ReadableJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("error", code);
            writer.WriteString("message", message);
            writer.WriteEndObject();
        }));
    }

    private static async Task WriteAsync(HttpContext http, string contentType, ReadOnlyMemory<byte> content)
    {
        http.Response.ContentType = contentType;
        http.Response.ContentLength = content.Length;
        await http.Response.BodyWriter.WriteAsync(content, http.RequestAborted);
    }
}
