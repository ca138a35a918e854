namespace Backchannel.Native.Mcp;

/// <summary>The tool could not do what it was asked to. The caller gets the text as a result with <c>isError: true</c>.</summary>
/// <param name="message">Two lines for a model: what happened, and what to do next. Never a secret, never internals.</param>
internal sealed class ToolException(string message, Exception? innerException = null) : Exception(message, innerException);
