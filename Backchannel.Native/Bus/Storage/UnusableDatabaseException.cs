namespace Backchannel.Native.Bus.Storage;

/// <summary>The database cannot be relied on any more. The fault was reported to the operator when it was found.</summary>
internal sealed class UnusableDatabaseException(StorageFault fault) : Exception(fault.Message)
{
    public StorageFault Fault { get; } = fault;
}
