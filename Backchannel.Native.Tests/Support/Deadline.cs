namespace Backchannel.Native.Tests.Support;

/// <summary>How long a test waits for something that will come; far above what it takes, because machines are shared.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(60);

    public static CancellationToken Token() => new CancellationTokenSource(Time).Token;
}
