namespace Backchannel.Native.Bus.Storage.Postgres;

/// <summary>A word, number, sign or parameter of a statement.</summary>
/// <param name="Text">In small letters.</param>
/// <param name="Parameter">The place of the parameter, from 0; null for anything else.</param>
internal readonly record struct SqlToken(string Text, int? Parameter)
{
    public bool IsName => char.IsAsciiLetter(Text[0]) || Text[0] == '_';
}
