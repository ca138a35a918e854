using System.Runtime.CompilerServices;
using Backchannel.Native.Bus;
using Backchannel.Native.Bus.Storage;
using Signals = Backchannel.Native.Bus.Waiting.Signals;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>What a test of several buses has to see of one.</summary>
internal static class ServerParts
{
    extension(BusServer server)
    {
        public BusDatabase Database => DatabaseOf(server);

        public Signals Signals => SignalsOf(server);

        /// <summary>How many requests wait.</summary>
        public int Waiters => WaitersOf(SignalsOf(server));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "database")]
    private static extern ref BusDatabase DatabaseOf(BusServer server);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "signals")]
    private static extern ref Signals SignalsOf(BusServer server);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "waiters")]
    private static extern ref int WaitersOf(Signals signals);
}
