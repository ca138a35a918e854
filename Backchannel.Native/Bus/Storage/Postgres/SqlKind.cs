namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>What a <see cref="SqlValue"/> is.</summary>
internal enum SqlKind
{
    Null,
    Number,
    Text,
    Blob,
}
