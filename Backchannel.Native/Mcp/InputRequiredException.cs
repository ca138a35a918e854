namespace Backchannel.Native.Mcp;

/// <summary>A tool call needs the client's roots, and has done nothing yet.</summary>
internal sealed class InputRequiredException : Exception;
