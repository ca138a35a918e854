namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>A <see cref="LateStampingBus"/> refuses a request.</summary>
internal sealed class RefusalException(int status, string code) : Exception
{
    public int Status => status;

    public string Code => code;
}
