namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>A write that was sent without waiting for its outcome met a row that was not expected: nothing was kept, and the transaction has to run again.</summary>
internal sealed class RunAgainException() : Exception("a row was there already");
