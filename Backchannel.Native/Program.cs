using Backchannel.Native.Cli;

return await new BackchannelRootCommand(Surroundings.OfThisProcess()).RunAsync(args);
