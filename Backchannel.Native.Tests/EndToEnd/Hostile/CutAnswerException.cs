namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>The connection ended within an answer.</summary>
internal sealed class CutAnswerException(string message) : FormatException(message);
