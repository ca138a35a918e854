using Backchannel.Native.Client;

namespace Backchannel.Native.Cli.Doctor;

/// <summary>Checks what a session would use. It changes nothing and asks for no key.</summary>
/// <remarks>Asking the local bus starts it, as a session does.</remarks>
internal sealed class Examination(Settings settings, Surroundings surroundings)
{
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

        foreach (var finding in ProxyCheck.Run(settings, surroundings.Environment).Concat(WakingCheck.Run(settings, surroundings)).Concat(LastWakeCheck.Run(ClientBinding.BusFolder(settings.Home))))
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
        await using var check = new BusCheck(options with { ApiKey = key }, place, time);
        await foreach (var finding in check.RunAsync(cancellationToken))
        {
            yield return finding;
        }
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
}
