using System.CommandLine;
namespace Backchannel.Native.Cli;
internal sealed class ServeCommand : Command { public ServeCommand(CliOptions o, Surroundings s) : base("serve","x") { } }
