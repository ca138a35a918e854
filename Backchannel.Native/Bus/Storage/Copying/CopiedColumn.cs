namespace Backchannel.Native.Bus.Storage.Copying;

/// <summary>What a column holds where it is not null.</summary>
internal enum ColumnKind
{
    Integer,
    Text,
    Blob,
}

/// <summary>A column as every engine has it.</summary>
internal readonly record struct CopiedColumn(string Name, ColumnKind Kind);
