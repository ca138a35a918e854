namespace Backchannel.Native.Bus.Storage;

/// <summary>A write ended without having written anything. The writes of its batch go on; only its own caller is told.</summary>
internal abstract class RefusedWriteException(string message) : Exception(message);
