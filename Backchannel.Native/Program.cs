using Backchannel.Native.Cli;
using Backchannel.Native.Files;

if (!StandardDescriptors.Complete(args))
{
    return ExitCode.Failed;
}

FileSizeLimit.FailWrites();
ProgramMemory.ReleaseAfterStart();
return await new Invocation(Surroundings.OfThisProcess()).RunAsync(args);
