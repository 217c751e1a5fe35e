/** Numbers that DSA keys have in common. They are public, and may be shared. @see FIPS 186-4, section 4.3 */
export interface DsaDomain {
  readonly p: bigint
  readonly q: bigint
  readonly g: bigint
}

/** Made with `openssl genpkey -genparam -algorithm DSA`: of 1,024 and 160 bits, and of 2,048 and 256. */
export const DSA_DOMAINS: { readonly short: DsaDomain; readonly long: DsaDomain } = {
  short: {
    p: BigInt(
      [
        '0x8666e007248d0127bb9265ea0957b0e5c48b8f15056c941773202f256350c5ed0fde0de257639b03819aa9b61e7f6438',
        'f3ebaac9b37107c7fff0979e970d3381c8d6997ab9725916374a6a1efbc2e29ccf528c2cf67ac70318e635d87a772952',
        '1679e6cebc9a403cbb722790cb107a7e83dfddb29ebc5b514c368d443cfbfe89',
      ].join(''),
    ),
    q: BigInt('0x9d59abf226abfe290b6071381dc72739e5e6de21'),
    g: BigInt(
      [
        '0x0eda34b65a7a950d4f24c8c7fc520c59ead31950dd061e24cc51c1b0e4965ee5cfb8f83f174157beb36afb99fb1f3121',
        'e1410650f9caa4394327e2c56c98245c5f8f32e8762100ea36c6966d13a09343c83e16cf9b291edd8f81390365d7b30d',
        '8d836de6ed762913855b36d5aaf495154e6c03bef980c932d1b27d059dd7af0c',
      ].join(''),
    ),
  },
  long: {
    p: BigInt(
      [
        '0xf999e90bc6b97742ec13b618e15110b1049611d4daf78d86d6f07a32d72a06d210d04cd136690d0649fcc3e29420ff1d',
        '7432c7412a0acdbd66dbbdf0451dc7020a74a990089182f8ee00df017f8e5d89910a994870da3a4c0ca3812604707b0b',
        'ce0fedb8a97f3e53ddd914a6c37b5542e79e69eb32f271bebcb3723211f098a1034615b35e5c834ac14c4e395fedfd3b',
        '8a9bb0cc5c8380c32ce1148c62fa9347ba9b0c0248b16a666d2edea06f0f2fa90af93b4a98d83cea3662eccc13984dfb',
        '9046d7e18373a056fb2be9dd7a6dd26c1f5c3eeb5c44893da9d4c00feb454e3dc3e8769dd51a7ae4b82a4115529c404e',
        '7b38a5710eed8308008f9e3dab59c11f',
      ].join(''),
    ),
    q: BigInt('0x9d614692af60930f6afebc2009db9bfd1ffbf9d65418118c6620fba57f546015'),
    g: BigInt(
      [
        '0xd77a41e86f6bfee00701aa2dd80b358b61a890c2de097091df3eff9426e861ef1138eddcea502e78540c7c9a51b3791b',
        '0849fefda072931c71a17f3e06b1165dd32d7fef16f1994fa445bde11ec2a65ff766d889d013b38b28780657a077be64',
        '1fcc227f6655f9aae5fdfb4c22484d450b5b17085367d7b29fa9f61f243c2670f5b7b2ed83451134ab3eef0e4e017e33',
        'cc08a8a0591a03df2a165cea7914835e9f0c336d4e69f81f689c1acd2809efdcd57f9a00e77ba89669d2cf2ba27e5049',
        '3479532e800e9b6f69cc1138614a1ef0db8bd518092d2197fa6db0620e8abc666d5b38db7196a79c419539db031c2a58',
        '70ab85fa78d4bca8221c8e5cfc0ca9b2',
      ].join(''),
    ),
  },
}
