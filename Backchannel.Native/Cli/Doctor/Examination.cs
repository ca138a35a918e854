using System.Globalization;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Doctor;

/// <summary>Checks what a session would use. It changes nothing and asks for no key.</summary>
/// <remarks>Asking the local bus starts it, as a session does.</remarks>
internal sealed class Examination(Settings settings, Surroundings surroundings)
{
    /// <summary><see cref="ErrorCodes.KeyExpired"/>; every other rejection is 401.</summary>
    private const int ExpiredKeyStatus = 410;

    private static readonly TimeSpan LargestClockDifference = TimeSpan.FromSeconds(30);
    private readonly TimeProvider time = surroundings.TimeProvider;

    /// <summary>Makes the checks in order, as far as the earlier ones allow.</summary>
    public async IAsyncEnumerable<Finding> RunAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var finding in new ProgramCheck(surroundings).Run())
        {
            yield return finding;
        }

        yield return new("settings", Finding.Ok, $"bus {settings.BaseUrl}, label {settings.AgentLabel}");
        foreach (var warning in settings.Warnings)
        {
            yield return new("settings", Finding.Note, warning);
        }

        if (ProxyCheck.Run(settings, surroundings.Environment) is { } detour)
        {
            yield return detour;
        }

        foreach (var finding in WakingCheck.Run(settings, surroundings).Concat(LastWakeCheck.Run(ClientBinding.BusFolder(settings.Home))))
        {
            yield return finding;
        }

        var options = ClientBinding.Bind(settings, surroundings.ExecutablePath, static _ => { }, trace: null) with
        {
            // A person waits, so each request is tried once.
            MaxAttempts = 1,
            AttemptTimeout = TimeSpan.FromSeconds(10),
            TotalTimeout = TimeSpan.FromSeconds(15),
        };
        var (key, place, keyFinding) = await FindKeyAsync(options, cancellationToken);
        yield return keyFinding;

        // Only the key found above: with the key store, a rejected key would be replaced.
        await using var connection = new BusConnection(options with { ApiKey = key }, time);
        var start = time.GetTimestamp();
        var (greeting, fault) = await TryAsync(connection.GreetAsync(cancellationToken));
        if (greeting is null)
        {
            yield return new("bus", Finding.Failed, fault!.Message, BusAdvice.For(fault, options.LocalBus));
            yield break;
        }

        yield return Bus(greeting, options.LocalBus, time.GetElapsedTime(start));
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

        yield return key is null
            ? Minting(greeting.Health, options)
            : await AccessAsync(connection, options, place, cancellationToken);
    }

    /// <summary>The key files may lie on a network drive that hangs. They are read on another thread, so that the program goes on.</summary>
    private async Task<(ApiKey? Key, string Place, Finding Finding)> FindKeyAsync(BackchannelClientOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(new KeyCheck(settings, options, time).Run, cancellationToken).WaitAsync(options.AttemptTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return (null, options.KeyFolder ?? "", new(
                "key", Finding.Failed, $"the files in {options.KeyFolder} could not be read within {options.AttemptTimeout.TotalSeconds:0} s",
                "If they lie on a network drive, see whether it answers."));
        }
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

    private static async Task<Finding> AccessAsync(
        BusConnection connection, BackchannelClientOptions options, string place, CancellationToken cancellationToken)
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
