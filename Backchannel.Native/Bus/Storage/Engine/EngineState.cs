namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>What an engine knows beside the rows.</summary>
/// <param name="LastTime">The newest time ever given to a row, deleted ones included. Whatever is written later gets a later one.</param>
/// <param name="LastNumbers">
/// By table whose key is a <c>number</c> that the engine gives: the highest one that was ever given, deleted rows included where the engine remembers
/// them; 0 for none.
/// </param>
internal sealed record EngineState(long LastTime, IReadOnlyDictionary<string, long> LastNumbers);
