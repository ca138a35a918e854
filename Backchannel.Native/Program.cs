using Backchannel.Native.Cli;

StartupPages.Release();
return await new BackchannelRootCommand(Surroundings.OfThisProcess()).RunAsync(args);
