# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots real kernels over made-up PCI hosts, and keeps what they answer."""
