namespace Backchannel.Native.Bus.Storage;

/// <summary>A copy cannot be made, for a reason that its operator can remove. Nothing was kept at the target.</summary>
/// <param name="message">What is wrong and what to do, in whole sentences.</param>
internal sealed class CopyException(string message) : Exception(message);
