using System.Text;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Whether the bus answers and its database works.</summary>
/// <param name="stopping">Fires when the bus stops: it is not ready any more.</param>
internal sealed class HealthEndpoints(BusOptions options, BusDatabase database, TimeProvider timeProvider, CancellationToken stopping)
{
    private const string ApiVersion = "1.0";

    /// <summary>How long the database may take. Whoever asks for health gives up soon, and must be told before.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);

    public void AddTo(RouteTable routes)
    {
        routes.Add("GET", Routes.Health, new AsyncEndpoint(ShowAsync, NeedsKey: false));
        routes.Add("GET", Routes.Live, new AsyncEndpoint(static (_, _) => Task.FromResult(Text("live")), NeedsKey: false));
        routes.Add("GET", Routes.Ready, new AsyncEndpoint(IsReadyAsync, NeedsKey: false));
    }

    private async Task<Reply> ShowAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        var isMintingOpen = await InTimeAsync(database.ReadAsync(static storage => storage.Settings.IsMintingOpen()).AsTask());
        var latency = Math.Round(timeProvider.GetElapsedTime(start).TotalMilliseconds, 3);
        var health = new Health("ok", latency, ApiVersion, options.InstanceKind, isMintingOpen, request.BaseUrl + TextPaths.Reliability);
        return JsonBody.Reply(200, health, WireJsonContext.Default.Health) with { Additions = Additions.All, Database = database.Description };
    }

    /// <summary>Takes the writer's turn and gives it back.</summary>
    private async Task<Reply> IsReadyAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (stopping.IsCancellationRequested)
        {
            throw new ApiException(503, ErrorCodes.StorageUnavailable, "The bus is stopping.");
        }

        await InTimeAsync(database.Writes.RunAsync(static _ => true));
        return Text("ready") with { Database = database.Description };
    }

    private async Task<T> InTimeAsync<T>(Task<T> asked)
    {
        try
        {
            return await asked.WaitAsync(LongestAnswer, timeProvider);
        }
        catch (TimeoutException)
        {
            throw new ApiException(
                503, ErrorCodes.StorageUnavailable, $"The bus's database has not answered for {LongestAnswer.TotalSeconds:0} seconds. Ask again in a moment.")
            {
                RetryAfterSeconds = 1,
            };
        }
    }

    private static Reply Text(string text) => new(200, Encoding.UTF8.GetBytes(text + "\n")) { ContentType = "text/plain; charset=utf-8" };
}
