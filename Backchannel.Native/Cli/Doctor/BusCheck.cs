using System.Globalization;
using System.Runtime.CompilerServices;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Doctor;

/// <summary>Asks a bus, at each of its addresses, how it is and whether it takes the key.</summary>
/// <param name="options">With the key that a session would use, if there is one.</param>
/// <param name="place">Where that key lies.</param>
internal sealed class BusCheck(BackchannelClientOptions options, string place, TimeProvider time) : IAsyncDisposable
{
    /// <summary><see cref="ErrorCodes.KeyExpired"/>; every other rejection is 401.</summary>
    private const int ExpiredKeyStatus = 410;

    private static readonly TimeSpan LargestClockDifference = TimeSpan.FromSeconds(30);

    /// <summary>Each address by itself, so that none answers for another.</summary>
    private readonly List<BusConnection> connections =
        [.. options.AllBaseUrls.Select(url => new BusConnection(options with { BaseUrl = url, OtherBaseUrls = [] }, time))];

    private bool HasSeveral => connections.Count > 1;

    /// <summary>Makes the checks in the order of the addresses.</summary>
    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var greetings = await Task.WhenAll(connections.Select(connection => GreetAsync(connection, cancellationToken)));
        var serves = greetings.Any(static greeted => greeted.Greeting is not null);
        foreach (var (connection, (greeting, fault, duration)) in connections.Zip(greetings))
        {
            if (greeting is null)
            {
                var advice = BusAdvice.For(fault!, options.LocalBus);
                yield return serves
                    ? new("bus", Finding.Note, fault!.Message, $"Calls go to another address meanwhile. {advice}")
                    : new("bus", Finding.Failed, fault!.Message, advice);
                continue;
            }

            await foreach (var finding in ExamineAsync(connection, greeting, duration, cancellationToken))
            {
                yield return HasSeveral ? finding with { Text = $"{connection.BusName}: {finding.Text}" } : finding;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    private async Task<(BusGreeting? Greeting, BackchannelException? Fault, TimeSpan Duration)> GreetAsync(BusConnection connection, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var (greeting, fault) = await TryAsync(connection.GreetAsync(cancellationToken));
        return (greeting, fault, time.GetElapsedTime(start));
    }

    private async IAsyncEnumerable<Finding> ExamineAsync(
        BusConnection connection, BusGreeting greeting, TimeSpan duration, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Bus(greeting, options.LocalBus, duration);
        if (options.LocalBus is not null && Release(greeting) is { } release && release != ProductVersion.Text)
        {
            yield return new(
                "bus", Finding.Note, $"another copy of this program runs it, of release {release}",
                "It goes on until nobody has used it for 15 minutes, or 'backchannel-mcp stop' ends it; the next call then starts it from the caller's own file.");
        }

        if (AdditionsCheck.Run(greeting, options.LocalBus is not null) is { } lacking)
        {
            yield return lacking;
        }

        if (greeting.Date is { } date)
        {
            yield return Clock(date);
        }

        yield return options.ApiKey is null
            ? Minting(greeting.Health, options)
            : await AccessAsync(connection, cancellationToken);
    }

    private static Finding Bus(BusGreeting greeting, LocalBusOptions? local, TimeSpan time)
    {
        var health = greeting.Health;
        var release = Release(greeting) is { } version ? $", backchannel-mcp {version}" : "";
        var log = local is null ? "" : $"; it logs to {local.LogPath}";
        return health.Status == "ok"
            ? new("bus", Finding.Ok, string.Create(CultureInfo.InvariantCulture, $"answers in {time.TotalMilliseconds:0} ms ({health.InstanceKind}, API {health.ApiVersion}{release}){log}"))
            : new("bus", Finding.Failed, $"reports the status '{health.Status}'", "Tell its operator, or wait and try again.");
    }

    /// <summary>The release of this program that serves; null: another program, or not known.</summary>
    private static string? Release(BusGreeting greeting) =>
        greeting.Software?.Split('/') is ["backchannel-mcp", var version] && version.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+') ? version : null;

    private Finding Clock(DateTimeOffset date)
    {
        var difference = (time.GetUtcNow() - date).Duration();
        return difference <= LargestClockDifference
            ? new("clock", Finding.Ok, "agrees with the bus")
            : new(
                "clock", Finding.Failed, string.Create(CultureInfo.InvariantCulture, $"differs from the bus's by {difference.TotalSeconds:0} s"),
                "Set this machine's clock (or the bus's): leases and expiry are told as times of day.");
    }

    /// <remarks>Whether the bus issues a key can be seen only by asking for one, which would use up the label and one of the keys that an address may have.</remarks>
    private static Finding Minting(Health health, BackchannelClientOptions options) => health.PublicMintingEnabled
        ? new("access", Finding.Note, $"not tried: there is no key yet, and this check asks for none. The bus says that it issues keys{MintRefusals(options)}")
        : new("access", Finding.Failed, "there is no key, and this bus issues none", $"Ask its operator for a key and set {EnvironmentVariables.ApiKey}.");

    private static string MintRefusals(BackchannelClientOptions options)
    {
        string?[] reasons =
        [
            options.AgentLabelIsChosen ? $"if the label '{options.AgentLabel}' is taken" : null,
            options.LocalBus is null ? "if this address has had as many as it may have for now" : null,
        ];
        var refusals = string.Join(", or ", reasons.OfType<string>());
        return refusals.Length == 0 ? "" : $", but not {refusals}";
    }

    private async Task<Finding> AccessAsync(BusConnection connection, CancellationToken cancellationToken)
    {
        var (identity, fault) = await TryAsync(new BackchannelClient(connection).GetOwnKeyAsync(cancellationToken));
        if (identity is not null)
        {
            return identity.Active
                ? new("access", Finding.Ok, $"the key works: {identity.KeyId}, label {identity.OwnerId}")
                : new("access", Finding.Failed, $"the key {identity.KeyId} is not active", $"Ask the bus's operator, or use another key in {EnvironmentVariables.ApiKey}.");
        }

        if (fault!.Code != FaultCodes.ApiKeyRejected)
        {
            return new("access", Finding.Failed, fault.Message, BusAdvice.For(fault, options.LocalBus));
        }

        var what = fault.Status == ExpiredKeyStatus ? $"the key in {place} has expired" : $"the bus rejects the key in {place}";
        return place == EnvironmentVariables.ApiKey
            ? new("access", Finding.Failed, what, "Set one that belongs to this bus, or unset it to have one issued.")
            : HasSeveral && fault.Status != ExpiredKeyStatus
                ? new("access", Finding.Failed, what, $"See that all addresses in {EnvironmentVariables.BaseUrl} are one bus with one database. If they are, remove the key there: the next call gets a new one.")
                : new("access", Finding.Failed, what, "The next call replaces it by itself. To keep your channels, put the right key there.");
    }

    private static async Task<(T? Answer, BackchannelException? Fault)> TryAsync<T>(Task<T> question)
        where T : class
    {
        try
        {
            return (await question, null);
        }
        catch (BackchannelException exception)
        {
            return (null, exception);
        }
    }
}
