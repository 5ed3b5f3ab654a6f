"""Operations as nf_tables netlink, without nft: the bytes of transactions, and the kernel as it shows itself."""
