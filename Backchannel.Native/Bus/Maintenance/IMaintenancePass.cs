namespace Backchannel.Native.Bus.Maintenance;

/// <summary>Work that comes round at an interval.</summary>
internal interface IMaintenancePass
{
    string Name { get; }

    Task RunAsync(CancellationToken cancellationToken);
}
