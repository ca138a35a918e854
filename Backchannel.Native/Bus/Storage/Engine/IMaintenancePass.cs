namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>Work that comes round at an interval.</summary>
internal interface IMaintenancePass
{
    /// <summary>For the log.</summary>
    string Name { get; }

    Task RunAsync(CancellationToken cancellationToken);
}
