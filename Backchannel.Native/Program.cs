using Backchannel.Native.Cli;

if (!StandardDescriptors.Complete(args))
{
    return ExitCode.Failed;
}

FileSizeLimit.FailWrites();
StartupPages.Release();
return await new Invocation(Surroundings.OfThisProcess()).RunAsync(args);
