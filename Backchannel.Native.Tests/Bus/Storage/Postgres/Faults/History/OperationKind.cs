namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults.History;

internal enum OperationKind
{
    Post,
    Claim,
    Renew,
    Ack,
}
