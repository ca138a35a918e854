namespace Backchannel.Native.Bus.Storage;

/// <summary>A write was refused before it wrote anything. Only its caller is told; the other writes of its batch go on.</summary>
internal abstract class RefusedWriteException(string message) : Exception(message);
