using System.CommandLine;
namespace Backchannel.Native.Cli;
internal sealed class McpCommand(Surroundings s) { public async Task<int> RunAsync(Settings settings, CancellationToken ct) {
 using var signals = new StopSignals(); using var i = s.OpenInput(); using var o = s.OpenOutput(); var b = new byte[4096]; int n; while ((n = await i.ReadAsync(b, ct)) > 0) { o.Write(b,0,n); o.Flush(); } return 0; } }
internal sealed class ServeCommand : Command { public ServeCommand(CliOptions o, Surroundings s) : base("serve","x") { } }
internal sealed class CallCommand : Command { public CallCommand(CliOptions o, Surroundings s) : base("call","x") { } }
internal sealed class DemoCommand : Command { public DemoCommand(CliOptions o, Surroundings s) : base("demo","x") { } }
