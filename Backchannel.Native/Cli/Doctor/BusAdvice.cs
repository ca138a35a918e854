using System.Globalization;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Doctor;

/// <summary>What to do about a bus that does not answer as it should; decided by code, never by text.</summary>
internal static class BusAdvice
{
    public static string For(BackchannelException fault, LocalBusOptions? local) => fault.Code switch
    {
        _ when fault.Advice is { } advice => advice,
        FaultCodes.Unreachable => $"Check {EnvironmentVariables.BaseUrl}, the network and any proxy; for a private bus on this machine set it to '{Settings.Local}'.",
        FaultCodes.NotPrivate => "Nothing was sent there. Do that, then run this again.",
        FaultCodes.Locked => "Try again. If it fails again, look for the process or the network drive that hangs.",
        FaultCodes.CertificateRejected => $"Until then nothing is sent there. If the address is wrong, correct {EnvironmentVariables.BaseUrl}.",
        FaultCodes.Timeout => "Try again. If it fails again, tell the bus's operator.",
        ErrorCodes.StorageDamaged when local is not null =>
            $"In {Path.GetDirectoryName(local.SocketPath)}, put a backup in the place of bus.db and the files beside it, or move them away to start with an empty one. The bus notices and stops; the next call starts it again.",
        ErrorCodes.StorageDamaged => "Its operator has to stop it, restore a backup or rescue the file, and start it again; its log says more.",
        FaultCodes.UnusableAnswer => $"What answers there is not a bus: check {EnvironmentVariables.BaseUrl}.",
        _ when fault.Status == 404 => $"There is no bus under this address: {EnvironmentVariables.BaseUrl} is the address alone, without /v1 or another path.",
        _ when fault.RetryAfter is { } delay => string.Create(CultureInfo.InvariantCulture, $"Try again in {Math.Ceiling(delay.TotalSeconds):0} s."),
        _ => $"Tell the bus's operator{(fault.RequestId is { } id ? $", with the request id {id}" : "")}.",
    };
}
