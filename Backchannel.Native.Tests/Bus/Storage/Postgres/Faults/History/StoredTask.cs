namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults.History;

/// <summary>A task as it is in the database at the end.</summary>
/// <param name="Acks">Who has acknowledged it.</param>
internal sealed record StoredTask(string Content, IReadOnlyList<string> Acks);
