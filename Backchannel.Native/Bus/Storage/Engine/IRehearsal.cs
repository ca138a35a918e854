namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>Finds out what a batch will read, so that it can be fetched in one round trip.</summary>
internal interface IRehearsal
{
    /// <summary>Runs work as a trial before the real run. Its reads may find nothing, and its writes are dropped.</summary>
    /// <param name="work">Reads and writes through <see cref="IEngine.Writer"/>. May be called several times.</param>
    void Rehearse(Action work);
}
