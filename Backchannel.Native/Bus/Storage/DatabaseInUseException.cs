namespace Backchannel.Native.Bus.Storage;

/// <summary>Another process has the database open. Two buses on one file would not wake each other's waiting clients.</summary>
internal sealed class DatabaseInUseException(string path) : IOException($"Another bus has {path} open; a database has one bus.");
