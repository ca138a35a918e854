using System.Net.Http;
using System.Net.Http.Headers;

namespace Backchannel.Native.Telemetry;

/// <summary>Sends OTLP to a collector, as JSON over HTTP.</summary>
/// <remarks>
/// Written by hand: OpenTelemetry's own packages 1.20.1 compile without a warning, and with traces alone they make the file 983,584 bytes larger
/// (linux-x64; the limit was 0.8 MB); they do not speak http/json either.
/// </remarks>
/// <param name="warn">Told that a collector takes nothing, once until it takes something again.</param>
internal sealed class OtlpSender(OtlpSettings settings, Action<string> warn) : IDisposable
{
    private const int MostAnswerBytes = 1024 * 1024;

    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(10);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,

        // A proxy for the internet cannot reach this machine.
        UseProxy = (settings.Traces ?? settings.Metrics) is not { IsLoopback: true },
    })
    {
        Timeout = AttemptLimit,
        MaxResponseContentBufferSize = MostAnswerBytes,
    };

    private bool isRefused;

    /// <returns>Whether it is worth sending the same again.</returns>
    /// <exception cref="OperationCanceledException">The caller gives up.</exception>
    public async Task<bool> SendAsync(Uri address, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(body) };
            request.Content.Headers.ContentType = Json;
            foreach (var (name, value) in settings.Headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            // With its body, though nothing reads that: a connection that is closed before it would be reset.
            using var response = await http.SendAsync(request, cancellationToken);
            var status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode)
            {
                isRefused = false;
                return false;
            }

            Tell(address, $"answers {status}");
            return status is 429 or 502 or 503 or 504;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Tell(address, fault is HttpRequestException ? $"cannot be reached ({fault.Message})" : "does not answer");
            return true;
        }
        catch (OperationCanceledException)
        {
            Tell(address, "had not answered when this program ended");
            throw;
        }
    }

    public void Dispose() => http.Dispose();

    private void Tell(Uri address, string what)
    {
        if (!isRefused)
        {
            isRefused = true;
            warn($"the collector at {address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)} {what}: traces and measures are lost, tasks go on. Start it, or correct {OtlpSettings.Endpoint}.");
        }
    }
}
