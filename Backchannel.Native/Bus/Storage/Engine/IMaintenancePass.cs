namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>Maintenance work that runs repeatedly.</summary>
internal interface IMaintenancePass
{
    /// <summary>For the log.</summary>
    string Name { get; }

    Task RunAsync(CancellationToken cancellationToken);
}
