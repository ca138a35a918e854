namespace Backchannel.Native.Wire;

/// <summary>An answer that holds a status alone.</summary>
/// <param name="Status"><c>retracted</c>, <c>removed</c> or <c>deleted</c>.</param>
internal sealed record StatusAnswer(string Status);
