namespace Backchannel.Native.Cli;

/// <summary>What keys, identifiers and TLS are made from; on Linux the runtime reads <c>/dev/urandom</c>.</summary>
internal static class RandomSource
{
    private const string Device = "/dev/urandom";

    /// <summary>Checked at the start: otherwise the first identifier would fail in the middle of a call.</summary>
    /// <exception cref="SettingsException">The device is missing, as in a bare chroot.</exception>
    public static void Require()
    {
        if (OperatingSystem.IsLinux() && !File.Exists(Device))
        {
            throw new SettingsException(
                $"there is no {Device} here, and without it neither identifiers nor secure connections can be made. "
                + "Container engines provide it; into a chroot or a sandbox, mount the machine's own (mount --bind /dev/urandom ROOT/dev/urandom).");
        }
    }
}
