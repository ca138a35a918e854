using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Backchannel.Native.Bus.Storage.Engine;

namespace Backchannel.Native.Bus.Storage.Copying;

/// <summary>The number of a table's rows, and a hash of their content that is the same on every engine.</summary>
/// <remarks>
/// Each row has the SHA-256 of its columns, written one after the other with their kinds and lengths. The hash of the table is the sum of these, as
/// numbers of 256 bits: it does not depend on the order of the rows, and engines sort texts differently.
/// </remarks>
internal sealed class TableDigest
{
    private const byte Null = 0;
    private const byte Integer = 1;
    private const byte Bytes = 2;

    private readonly ArrayBufferWriter<byte> row = new();
    private readonly ulong[] sum = new ulong[SHA256.HashSizeInBytes / sizeof(ulong)];

    public long Rows { get; private set; }

    /// <summary>Reads a whole table.</summary>
    /// <param name="endPage">Called after every page with the number of its rows.</param>
    public static TableDigest Read(ISqlConnection connection, CopiedTable table, Action<int> endPage)
    {
        var digest = new TableDigest();
        TablePages.Read(
            connection, table,
            read =>
            {
                for (var i = 0; i < table.Columns.Length; i++)
                {
                    if (read.IsNull(i))
                    {
                        digest.AddNull();
                    }
                    else if (table.Columns[i].Kind == ColumnKind.Integer)
                    {
                        digest.Add(read.Integer(i));
                    }
                    else
                    {
                        digest.Add(read.Bytes(i));
                    }
                }

                digest.EndRow();
            },
            endPage);
        return digest;
    }

    public void AddNull()
    {
        row.GetSpan(1)[0] = Null;
        row.Advance(1);
    }

    public void Add(long value)
    {
        var place = row.GetSpan(1 + sizeof(long));
        place[0] = Integer;
        BinaryPrimitives.WriteInt64LittleEndian(place[1..], value);
        row.Advance(1 + sizeof(long));
    }

    /// <summary>Adds a text in UTF-8, or bytes.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        var place = row.GetSpan(1 + sizeof(int));
        place[0] = Bytes;
        BinaryPrimitives.WriteInt32LittleEndian(place[1..], value.Length);
        row.Advance(1 + sizeof(int));
        row.Write(value);
    }

    public void EndRow()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(row.WrittenSpan, hash);
        row.ResetWrittenCount();
        var carry = UInt128.Zero;
        for (var i = 0; i < sum.Length; i++)
        {
            carry += (UInt128)sum[i] + BinaryPrimitives.ReadUInt64LittleEndian(hash[(i * sizeof(ulong))..]);
            sum[i] = (ulong)carry;
            carry >>= 64;
        }

        Rows++;
    }

    public bool Equals(TableDigest other) => Rows == other.Rows && sum.AsSpan().SequenceEqual(other.sum);
}
