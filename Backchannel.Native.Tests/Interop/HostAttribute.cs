using System.Reflection;
using Xunit.Sdk;

namespace Backchannel.Native.Tests.Interop;

/// <summary>A row of a test: one of the agent hosts, by its name in <c>hosts/host.sh</c>. Where it is not installed, the row is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class HostAttribute : DataAttribute
{
    private const string Variable = "BACKCHANNEL_TEST_HOSTS";

    private static readonly string[] Known = ["claude-code", "codex", "gemini-cli", "opencode", "qwen-code", "copilot-cli"];

    /// <param name="host">Its name.</param>
    /// <param name="more">Further values of the row; names of hosts that it needs too may be among them.</param>
    public HostAttribute(string host, params object[] more)
    {
        Host = host;
        More = more;
        Skip = Obstacle([host, .. more.OfType<string>().Where(Known.Contains)]);
    }

    public string Host { get; }

    public object[] More { get; }

    /// <summary>Why a test with some hosts does not run; null: it does.</summary>
    private static string? Obstacle(string[] hosts)
    {
        var installed = Environment.GetEnvironmentVariable(Variable)?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return installed is null ? "not run: './build.sh test-hosts' runs real agent hosts"
            : hosts.Except(installed).FirstOrDefault() is { } missing ? $"the agent host {missing} is not installed"
            : null;
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[Host, .. More]];
}
