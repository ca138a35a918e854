using Backchannel.Native.Tests.Support.Postgres;

namespace Backchannel.Native.Tests.EndToEnd.Deployments;

/// <summary>A test that starts a whole deployment; where a part of it is not installed, it is reported as skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DeploymentFactAttribute : FactAttribute
{
    public DeploymentFactAttribute() => Skip = !OperatingSystem.IsLinux() ? "needs Linux"
        : PostgresServer.Obstacle ?? ProgramOnPath.Obstacle("openssl") ?? (HAProxy is null ? "not run: haproxy is not installed" : null);

    /// <summary>Debian's package puts it where only root's PATH looks; null: it is not installed.</summary>
    public static string? HAProxy { get; } = ProgramOnPath.Find("haproxy") ?? (File.Exists("/usr/sbin/haproxy") ? "/usr/sbin/haproxy" : null);
}
